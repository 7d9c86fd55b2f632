#!/usr/bin/env bash
# The release of the commit that is checked out, as a founder would script it from what the vendors offer: psql, curl where
# a vendor's command needs a login of its own, and Vercel's CLI. scripts/bench measures it beside `readme-ops release`.
# It does less: nothing is locked, recorded or put back, and of the smoke checks it has the three that curl can do.
# It reads the values of an environment, and VERCEL (how to call Vercel's CLI).
# shellcheck disable=SC2016 # the dollars in quotes are GraphQL's
set -euo pipefail
commit=$(git rev-parse HEAD)
pause=0.2 # between two looks, as readme-ops has it for a box

railway() {
  curl -fsS --max-time 60 "$RAILWAY_API_URL/graphql/v2" -H "Project-Access-Token: $RAILWAY_TOKEN" \
    -H 'Content-Type: application/json' --data "$(jq -n --arg query "$1" --argjson variables "$2" '{$query, $variables}')" |
    jq -e 'if .errors then error(.errors[0].message) else .data end'
}

# migrations: what psql knows of is what is recorded
psql "$DATABASE_URL" -qAt -v ON_ERROR_STOP=1 -c 'select count(*) from books' >/dev/null

# Railway: both services at once
target=$(railway 'query { projectToken { project { id } environment { id } } }' '{}')
project=$(jq -r .projectToken.project.id <<<"$target")
environment=$(jq -r .projectToken.environment.id <<<"$target")
services=$(railway 'query($e: String!, $p: String) { environment(id: $e, projectId: $p) { serviceInstances(first: 50) { edges { node { serviceId serviceName } } } } }' \
  "$(jq -n --arg e "$environment" --arg p "$project" '{$e, $p}')")
service() { jq -r --arg name "$1" '.environment.serviceInstances.edges[].node | select(.serviceName == $name) | .serviceId' <<<"$services"; }

deploy() {
  local id status
  id=$(railway 'mutation($s: String!, $e: String!, $c: String) { id: serviceInstanceDeployV2(serviceId: $s, environmentId: $e, commitSha: $c) }' \
    "$(jq -n --arg s "$(service "$1")" --arg e "$environment" --arg c "$commit" '{$s, $e, $c}')" | jq -r .id)
  while :; do
    status=$(railway 'query($id: String!) { deployment(id: $id) { status } }' "$(jq -n --arg id "$id" '{$id}')" | jq -r .deployment.status)
    case $status in
      SUCCESS) return ;;
      FAILED | CRASHED | REMOVED) echo "$1: $status" >&2; return 1 ;;
    esac
    sleep "$pause"
  done
}
deploy api & api=$!
deploy worker & worker=$!
wait "$api"
wait "$worker"

# Vercel: staged first
staged=$($VERCEL deploy --prod --skip-domain --yes)
case $staged in https://127.0.0.1*) page=http://${staged#https://} ;; *) page=$staged ;; esac # a box has no certificate

# smoke
domain=$(railway 'query($p: String!, $e: String!, $s: String!) { domains(projectId: $p, environmentId: $e, serviceId: $s) { serviceDomains { domain } } }' \
  "$(jq -n --arg p "$project" --arg e "$environment" --arg s "$(service api)" '{$p, $e, $s}')" | jq -r '.domains.serviceDomains[0].domain')
case $domain in http*) url=$domain ;; 127.0.0.1* | localhost*) url=http://$domain ;; *) url=https://$domain ;; esac
[ "$(curl -fsS --max-time 30 "$url/health" | jq -r .commit)" = "$commit" ]
book=$(curl -fsS --max-time 30 "$url/admin/books/upload" -H "Authorization: Bearer $ADMIN_TOKEN" -F file=@scripts/testdata/one-page.pdf \
  -F household_id=00000000-0000-4000-8000-000000000001 -F "title=by hand $commit" | jq -r .book_id)
curl -fsS --max-time 30 -o /dev/null -X DELETE "$url/admin/books/$book" -H "Authorization: Bearer $ADMIN_TOKEN"
curl -fsS --max-time 30 -o /dev/null -H "x-vercel-protection-bypass: $VERCEL_AUTOMATION_BYPASS_SECRET" "$page"

$VERCEL promote "$staged" --yes >/dev/null
echo "released $commit"
