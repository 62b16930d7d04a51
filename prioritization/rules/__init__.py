"""What Accord computes: values in, values out, no Django.

numpy's matrix products take one thread each: the rules run two criteria, or two blocks of draws, side by side, and two
pools of threads on two cores wait for each other (the full table took twice the processor time).
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
