#!/bin/sh
# How the certificates beside this file were made: a test authority, and a certificate of it for
# localhost. Valid for a hundred years; the keys are public, so trust them for nothing else.
set -eu
cd "$(dirname "$0")"
new_key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500"
# shellcheck disable=SC2086
openssl req -x509 $new_key -keyout ca-key.pem -out ca.pem -subj "/CN=jasyncio conformance CA" \
  -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign"
# shellcheck disable=SC2086
openssl req -x509 $new_key -keyout key.pem -out cert.pem -subj "/CN=localhost" \
  -CA ca.pem -CAkey ca-key.pem -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" \
  -addext "basicConstraints=CA:FALSE"
rm ca-key.pem
