"""How long does the demo's study take, from the command to the table?"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

N_RUNS = 3
CONFIG = Path(__file__).resolve().parents[1] / "configs" / "digits.yaml"
COMMAND = (Path(sys.executable).with_name("dropout-lab"), "run", CONFIG, "--quiet", "--out")


def wall_time_s() -> float:
    """Run the study once, into a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as out:
        start = time.perf_counter()
        subprocess.run([*COMMAND, out], stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - start


def main() -> None:
    """Print the median of a few runs."""
    times = [wall_time_s() for _ in range(N_RUNS)]
    spread = f"{min(times):.1f} to {max(times):.1f} over {N_RUNS} runs"
    print(f"dropout-lab run configs/digits.yaml: {median(times):.1f} s of wall time ({spread})")


if __name__ == "__main__":
    main()
