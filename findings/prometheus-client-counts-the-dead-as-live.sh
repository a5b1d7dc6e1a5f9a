#!/usr/bin/env bash
# What is surprising: prometheus_client's multiprocess modes `livesum` and `liveall` promise the processes that are
#   alive. A process that has ended stays in the sum until the program calls mark_process_dead() with its number; the
#   library never checks whether it runs. A worker that crashed, or a container's previous set, goes on having open
#   streams.
# Whom it hurts: gauges of open connections or requests in progress, on servers other than those with a ready-made
#   hook.
# What we do: decision 0023: the exporter removes what belongs to processes that are gone before it reads.
# Versions: prometheus-client 0.26.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages prometheus-client==0.26.0

export PROMETHEUS_MULTIPROC_DIR=$WORK/metrics
mkdir "$PROMETHEUS_MULTIPROC_DIR"
"$PY" - <<'PY'
import subprocess, sys
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

WORKER = """
import os
from prometheus_client import Gauge
Gauge("open_streams", "Streams that are open now.", multiprocess_mode="livesum").set(3)
print(os.getpid())
"""

def total():
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry.get_sample_value("open_streams")

pids = [subprocess.run([sys.executable, "-c", WORKER], capture_output=True, text=True, check=True).stdout for _ in range(2)]
before = total()
for pid in pids:
    mark_process_dead(int(pid))
after = total()
print(f"two workers had 3 streams each and have ended: livesum is {before}; once each is marked as dead: {after}")
if (before, after) != (6, None):
    sys.exit(f"Changed: livesum is {before} and {after}")
PY
echo "As described."
