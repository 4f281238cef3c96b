"""How gunicorn serves the program, in the demo and in production.

HOST and PORT say where (default 127.0.0.1:8000, behind nginx), WEB_CONCURRENCY how many processes
(default 1), WEB_THREADS how many requests each answers at a time.
"""

import os

from gunicorn.arbiter import Arbiter

_host = os.environ.get("HOST", "127.0.0.1")
_port = os.environ.get("PORT", "8000")

bind = f"{_host}:{_port}"
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
keepalive = 5
# nginx writes the access log; the program writes its own, without personal data.
control_socket_disable = True
accesslog = None
errorlog = "-"
# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def when_ready(server: Arbiter) -> None:
    """Say where the city is to be found, once it is."""
    if os.environ.get("ZHONGLI_MODE") == "demo":
        print(  # noqa: T201 — said to whoever started the demo by hand
            f"\n  众力 demo city:  http://{_host}:{_port}/\n"
            "  This is a demo: its people and organisations are invented; the sign-in page lists one user\n"
            "  for each role.\n"
            "  Ctrl-C stops it; the next start finds the same city.\n",
            flush=True,
        )
