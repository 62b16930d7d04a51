import subprocess
import sys

SERVED = """
import django
django.setup()
from importlib import import_module
from pathlib import Path
from django.urls import get_resolver
get_resolver().url_patterns
for app in ("prioritization", "roadmap", "stakeholders"):
    for room in ("views", "queries", "forms", "templatetags"):
        for path in Path(app, room).rglob("*.py"):
            import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
import prioritization.tasks, prioritization.access
import sys
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("numpy", "highspy", "scipy"))[:3])
"""


def test_what_serves_pages_never_loads_numpy():
    """13 MB a process, and a second of start: it belongs to the worker that scores."""
    found = subprocess.run([sys.executable, "-c", SERVED], capture_output=True, text=True, check=True)
    assert found.stdout.strip().splitlines()[-1] == "[]"


def test_scoring_itself_does_load_it():
    script = SERVED.replace(
        "import prioritization.tasks", "import prioritization.actions.scoring, prioritization.tasks"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "numpy" in found.stdout.strip().splitlines()[-1]
