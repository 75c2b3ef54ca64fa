"""The config room: from YAML and `key=value` to a validated study.

Owns the settings, their documentation and every check that needs no data. Imports nothing heavy, so that `check` and
`--help` answer at once.
"""

from dropout_lab.config.catalogue import Setting, settings
from dropout_lab.config.dropout_section import DropoutSettings
from dropout_lab.config.effects import conditional_settings, shaping_settings
from dropout_lab.config.read import read_study, study_from_mapping, with_values
from dropout_lab.config.reference import json_schema, settings_reference
from dropout_lab.config.resolved import resolved_yaml, with_all_settings
from dropout_lab.config.schema import (
    DataSettings,
    EvaluationSettings,
    ModelSettings,
    Study,
    TrainingSettings,
)
from dropout_lab.config.shipped import shipped_configs

__all__ = [
    "DataSettings",
    "DropoutSettings",
    "EvaluationSettings",
    "ModelSettings",
    "Setting",
    "Study",
    "TrainingSettings",
    "conditional_settings",
    "json_schema",
    "read_study",
    "resolved_yaml",
    "settings",
    "settings_reference",
    "shaping_settings",
    "shipped_configs",
    "study_from_mapping",
    "with_all_settings",
    "with_values",
]
