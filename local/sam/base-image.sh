#!/usr/bin/env bash
# A stand-in for AWS's image public.ecr.aws/lambda/provided:al2023, from Debian packages alone: for machines that do not reach that registry.
# usage: base-image.sh [image]
#
# It holds what a binary of Rust and SAM's runtime emulator need: the C library, certificates, a shell. Debian 12 has glibc 2.36; Amazon Linux 2023 has 2.34.
set -euo pipefail
image=${1:-imprint-lambda-base:al2023}
packages=(busybox-static libc6 libgcc-s1 ca-certificates)
command -v apt-get >/dev/null || { echo 'error: only Debian and its like have the packages; name another image by IMPRINT_SAM_IMAGE' >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/debs" "$work/root"
cd "$work/debs"
download() { apt-get download -qq -o APT::Sandbox::User=root "${packages[@]}"; }
download 2>/dev/null || { [ "$(id -u)" != 0 ] || apt-get update -qq; download; }
for package in *.deb; do dpkg-deb -x "$package" "$work/root"; done

cd "$work/root"
mkdir -p bin etc/ssl/certs etc/pki/tls/certs var/task var/runtime var/rapid opt tmp proc sys dev usr/bin
chmod 1777 tmp
cat usr/share/ca-certificates/mozilla/*.crt > etc/ssl/certs/ca-certificates.crt
ln -s /etc/ssl/certs/ca-certificates.crt etc/pki/tls/certs/ca-bundle.crt
# SAM's own image is made of this one by mv and chmod; the rest is for whoever looks into a container.
for program in sh mv chmod cp rm ls cat env ps; do ln -sf busybox "bin/$program"; done
printf 'root:x:0:0:root:/root:/bin/sh\nsbx_user1051:x:993:990::/home/sbx_user1051:/bin/sh\n' > etc/passwd
printf 'root:x:0:\n' > etc/group
printf 'hosts: files dns\n' > etc/nsswitch.conf
rm -rf usr/share/{doc,man,lintian,ca-certificates,locale} usr/lib/*-linux-gnu/{gconv,audit}

libraries=/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib
tar --owner=0 --group=0 -c . | docker import \
  --change 'WORKDIR /var/task' \
  --change "ENV LANG=en_US.UTF-8 TZ=:/etc/localtime PATH=/usr/local/bin:/usr/bin/:/bin:/opt/bin LD_LIBRARY_PATH=$libraries LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime" \
  - "$image" >/dev/null
