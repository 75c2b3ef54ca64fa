"""What runs in a worker process: cohorts in through a pipe, their epochs and parts out."""

import os
import pickle
import signal
import threading
from collections import deque
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import cast

from dropout_lab.study.data import StudyData
from dropout_lab.study.executors import InProcess, TrainPart


def work_for_parent(pipe: Connection, data: StudyData, device: str, train: TrainPart) -> None:
    """Train what comes through the pipe for as long as the parent lives. Ctrl-C is the parent's business.

    All training happens on a thread that this process has started. OpenMP keeps its threads per thread that asks for
    them, and GNU's does not notice a fork: where the parent had computed on several threads, the first product on
    several threads in a forked child would wait for threads that are not there, for ever. A fresh thread has none yet.

    Args:
        pipe: takes cohorts, and gives the number of every finished epoch and then a part or an exception.
        data: where the cohorts' rows come from.
        device: where to train.
        train: trains one cohort.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    training = threading.Thread(target=_train_for_ever, args=(pipe, InProcess(data, device, train)), daemon=True)
    training.start()
    training.join()


def _train_for_ever(pipe: Connection, executor: InProcess) -> None:
    while True:
        for ended in executor.run(deque([pipe.recv()]), lambda _, epoch: pipe.send(epoch)):
            pipe.send(ended.part if ended.error is None else _portable(ended.error))


def _die_with_parent() -> None:
    """End this process, and with it its share of the folder's lock, as soon as the parent is gone.

    The pipe does not tell: forked workers hold each other's ends open.
    """
    wait([cast(BaseProcess, parent_process()).sentinel])
    os._exit(1)


def _portable(error: Exception) -> Exception:
    """Return an error that survives the way through a pipe."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
