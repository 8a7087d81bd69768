#!/bin/sh
# Makes the base image that `sam local` runs functions in, for machines that cannot pull it: Debian's Python 3.13 and
# AWS's runtime client, under the name that SAM looks for. Needs docker, debootstrap and root; DIRECTORY is its workplace.
# Usage: tools/sam_image.sh DIRECTORY, then: sam local start-api --skip-pull-image --parameter-overrides Architecture=x86_64
set -eu

directory=$1
case $(uname -m) in x86_64) machine=x86_64 ;; aarch64 | arm64) machine=aarch64 ;; *) echo "unknown machine $(uname -m)" >&2; exit 1 ;; esac
case $machine in x86_64) tag=3.13-x86_64 ;; *) tag=3.13-arm64 ;; esac
root=$directory/rootfs

[ -x "$root/usr/bin/python3.13" ] || debootstrap --variant=minbase --include=python3,ca-certificates trixie "$root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"

mkdir -p "$root/var/runtime" "$root/var/task" "$root/var/rapid"
python3 -m pip install --quiet --upgrade --only-binary=:all: --implementation cp --python-version 3.13 \
    --platform "manylinux_2_28_$machine" --platform "manylinux2014_$machine" --target "$root/var/runtime" awslambdaric==4.2.2

cat >"$root/var/runtime/bootstrap" <<'BOOTSTRAP'
#!/bin/sh
exec /usr/bin/python3.13 -m awslambdaric "$_HANDLER"
BOOTSTRAP
chmod 755 "$root/var/runtime/bootstrap"

tar -C "$root" -c . | docker import \
    --change 'ENV LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime PYTHONPATH=/var/task:/var/runtime LANG=C.UTF-8' \
    --change 'WORKDIR /var/task' - "public.ecr.aws/lambda/python:$tag"
