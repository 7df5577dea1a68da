#!/usr/bin/env bash
# Removes the training service: uninstall.sh [--purge]. A running training is saved. The settings, the runs and their user stay,
# except with --purge. Can be run as often as you like. DESTDIR=folder removes what install.sh installed below a folder.
set -euo pipefail

case ${1:-} in
  '' | --purge) ;;
  *) echo "usage: $0 [--purge]" >&2; exit 2 ;;
esac
root=${DESTDIR:-}
[ -n "$root" ] || [ "$(id -u)" = 0 ] || { echo "$0: must be run as root: sudo $0 $*" >&2; exit 1; }

if [ -z "$root" ] && [ -e /etc/systemd/system/shirokuro-train.service ]; then
  systemctl disable --now --quiet shirokuro-train
fi
rm -rf "$root/etc/systemd/system/shirokuro-train.service" "$root/opt/shirokuro" "$root/opt/shirokuro.new" "$root/opt/shirokuro.old"
if [ -z "$root" ]; then
  systemctl daemon-reload
  systemctl reset-failed shirokuro-train 2>/dev/null || true
fi
if [ "${1:-}" = --purge ]; then
  rm -rf "$root/etc/shirokuro" "$root/var/lib/shirokuro" "$root/etc/systemd/system/shirokuro-train.service.d"
  rm -f "$root/etc/sysusers.d/shirokuro.conf"
  if [ -z "$root" ] && id shirokuro >/dev/null 2>&1; then
    userdel shirokuro
  fi
else
  echo "kept: $root/etc/shirokuro and $root/var/lib/shirokuro (uninstall.sh --purge removes them)"
fi
