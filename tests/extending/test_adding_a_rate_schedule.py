"""A schedule of the rates is added by its factor and its record, and a study goes with it all the way."""

from dropout_lab.config.reference import settings_reference
from dropout_lab.noise import SCHEDULES, ScheduleKind

REGISTRY = SCHEDULES
TOUCHES = ("dropout_lab/noise/schedule.py",)

FADING = ScheduleKind(
    name="fading",
    factor=lambda schedule, step, n_steps, steps_per_epoch: 0.9 ** (step / steps_per_epoch),
    does="lowers the rate by a tenth in every epoch",
    sentence="Fading: the rate falls by a tenth in every epoch.",
    paper="the rate fell by a tenth in every epoch",
)


def test_a_schedule_is_added_by_its_record(register, train):
    register(SCHEDULES, FADING)
    study = train({"dropout.schedule": "fading"})
    assert set(study.trials["status"]) == {"complete"}
    assert FADING.paper in study.report("latex")
    assert "fading" in str(study.verdict).lower()
    assert "curriculum, fading" in settings_reference()
