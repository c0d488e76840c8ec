#!/bin/sh
# App tokens: policy gives a job a token, and the job makes another job with it. Nothing is run of what jobs are about, so this shell is also the capsule's.
#
#   npm start                           # in another terminal, with nothing in ./data yet
#   sh examples/tutorial/tutorial.sh
#
# MINTMARK_ADDR is the region; MINTMARK_TOKEN is a management token, where the regions are bootstrapped already. It needs curl and unzip.
set -eu

repository=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
pipeline=
finish() {
  if [ -n "$pipeline" ]; then kill "$pipeline"; fi
  rm -rf "$work"
}
trap finish EXIT
export MINTMARK_ADDR="${MINTMARK_ADDR:-http://127.0.0.1:4646}"
cd "$work"
mkdir bin admin capsule

# `mintmark` of this repository, where none is installed.
if ! command -v mintmark > /dev/null; then
  node=$repository/node_modules/.bin/node
  printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$node" "$repository/packages/cli/bin/mintmark.ts" > bin/mintmark
  chmod +x bin/mintmark
  export PATH="$work/bin:$PATH"
fi

step() { printf '\n# %s\n' "$*"; }
run() {
  printf '$ %s\n' "$*"
  "$@"
}
# Every realm of adminUsers that matches $1 gets the rule that makes the job an administrator there.
administrator_of() {
  awk -v realms="$1" -v rule='  if (auth_server@apcera.me->name == "job::/sandbox/admin::mycaptoken") { role admin }' \
    '{ print } $0 ~ "^(on )?(" realms ")::.*{$" { print rule }' original.pol > adminUsers.pol
}

step 'A new cluster, and a user called admin'
if [ -z "${MINTMARK_TOKEN:-}" ]; then
  MINTMARK_TOKEN=$(mintmark acl bootstrap -json | sed -n 's/.*"SecretID": "\(.*\)".*/\1/p')
  if [ -z "$MINTMARK_TOKEN" ]; then
    echo 'The regions are bootstrapped already: export MINTMARK_TOKEN with the SecretID of a management token first.' >&2
    exit 1
  fi
  export MINTMARK_TOKEN
fi
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s' "$password" | run mintmark user create -username admin -password-file -

step '1. Log in as an administrator'
cd "$work/admin"
export APC_HOME="$work/admin"
run mintmark target "$MINTMARK_ADDR"
printf '%s' "$password" | run mintmark login --username admin

step '2. Policy that gives the job a token, before there is a job'
cat > mycaptoken.pol << 'POLICY'
on job::/sandbox/admin::mycaptoken {
    { permit issue }
    { tokenTimeout "3600s" }
}
POLICY
run cat mycaptoken.pol
run mintmark policy import mycaptoken.pol

step '3. Permissions for the job: a rule in each realm of adminUsers'
mintmark policy show adminUsers > original.pol
administrator_of '[a-z]+'
run head -n 7 adminUsers.pol
run mintmark policy import adminUsers.pol

step '4. The job: a Linux capsule that may reach the world outside'
run mintmark capsule create mycaptoken -i linux -ae

step '5. Bind it to the HTTP service; its pipeline is a job too'
run mintmark service bind /apcera::http --job mycaptoken
run mintmark job list
printf '$ mintmark pipeline --job job::/sandbox/admin::mycaptoken --target %s --credential-file mycaptoken.credential &\n' "$MINTMARK_ADDR"
mkfifo printed
mintmark pipeline --job job::/sandbox/admin::mycaptoken --listen 127.0.0.1:0 --target "$MINTMARK_ADDR" --credential-file mycaptoken.credential > printed &
pipeline=$!
exec 3< printed
read -r line <&3
printf '%s\n' "$line"
inside=$(printf '%s' "$line" | sed 's/.*listens on \([^,]*\),.*/\1/')

step '6. In the capsule: calls without any credential are made as the job'
cd "$work/capsule"
run curl -s "$inside/v1/services"
echo

step '7. Get apc'
run curl -s -O "$inside/v1/apc/download/linux_amd64/apc.zip"
run unzip -q apc.zip

step '8. A folder for .apc that can be changed'
printf '$ export APC_HOME=`pwd`\n'
export APC_HOME="$work/capsule"

step '9. The target is the pipeline, over HTTP'
run ./apc target "$inside"

step '10. Log in as the job'
run ./apc login --app-auth

step '11. The job makes another job'
run ./apc capsule create mycap2 -i linux -ae
run ./apc job list

step 'What a permission that is missing looks like: the rule is taken out of package::/'
cd "$work/admin"
administrator_of 'job|service'
APC_HOME="$work/admin" run mintmark policy import adminUsers.pol
cd "$work/capsule"
run ./apc capsule create mycap3 -i linux -ae 2>&1 || printf '(exit code %s)\n' "$?"
