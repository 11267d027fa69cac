"""The peers' own Python environment, .venv-bench beside the checkout's .venv: made once per version of its lock.

In: benchmarks/requirements.lock. Out: the path of that environment's python.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

from rich.console import Console

_HERE = Path(__file__).parent
_ENVIRONMENT = _HERE.parent / ".venv-bench"
_LOCK = _HERE / "requirements.lock"


def install_peers(console: Console) -> str:
    """The python of the peers' environment, made or brought up to date."""
    python, mark = _ENVIRONMENT / "bin" / "python", _ENVIRONMENT / ".installed"
    wanted = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    if mark.exists() and mark.read_text(encoding="ascii") == wanted:
        return str(python)
    console.print("installing the peers into .venv-bench")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(_ENVIRONMENT)], check=True)
    (_ENVIRONMENT / ".gitignore").write_text("*\n", encoding="ascii")
    subprocess.run(
        [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python), "--require-hashes",
         "-r", str(_LOCK)],
        check=True,
    )  # fmt: skip
    mark.write_text(wanted, encoding="ascii")
    return str(python)
