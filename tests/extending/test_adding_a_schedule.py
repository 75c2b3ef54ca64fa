"""A schedule of the learning rate is added by its factor and its record, and a study goes with it all the way."""

from dropout_lab.optimizers import SCHEDULES, Schedule, ScheduleForm

REGISTRY = SCHEDULES
TOUCHES = ("dropout_lab/optimizers.py",)

HALVED = ScheduleForm("halved", lambda schedule, progress, epoch: 0.5)


def test_a_schedule_is_added_by_its_record(register, train):
    register(SCHEDULES, HALVED)
    assert "halved learning rate schedule" in train({"training.schedule": "halved"}).report("latex")
    assert Schedule("halved").at(3, 10, 0) == 0.5
