import os
import subprocess
import sys

from shapesheet.limits import GIBIBYTE, Limits, cores


def test_one_call_a_core_runs_for_a_minute_with_four_gibibytes() -> None:
    assert Limits() == Limits(cores(), 60, 4 * GIBIBYTE)


def test_only_the_cores_that_this_process_may_use_count() -> None:
    one = min(os.sched_getaffinity(0))
    code = f"import os; os.sched_setaffinity(0, {{{one}}})\n"
    code += "from shapesheet.limits import Limits; print(Limits().jobs)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
