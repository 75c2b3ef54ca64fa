"""How much CPU time does `dropout-lab --help` take? What a user waits for before anything is done."""

import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

N_RUNS = 10
COMMAND = (Path(sys.executable).with_name("dropout-lab"), "--help")


def cpu_time_s() -> float:
    """Run the command once; return the user and system time of its process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(COMMAND, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Print the median of several runs, the first one apart: it fills the file caches."""
    cpu_time_s()
    times = [cpu_time_s() for _ in range(N_RUNS)]
    print(f"dropout-lab --help: {median(times):.3f} s of CPU ({min(times):.3f} to {max(times):.3f} over {N_RUNS} runs)")


if __name__ == "__main__":
    main()
