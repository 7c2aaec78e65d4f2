# Refuse a commit that takes deployed commits out, before any of its code runs
# Whoever may start the pipeline may choose an earlier head of the branch, and nobody else would have agreed to go back to it.
(
  refuse() { echo "This commit is refused: $1 Nothing was changed." >&2; exit 1; }

  record="$(mktemp)" answer="$(mktemp)"
  if aws s3api get-object --bucket "$SUMMARY_BUCKET" --key "deployed/$ENVIRONMENT.json" "$record" >"$answer" 2>&1; then
    # Isolated: the folder of the commit is no place to import from.
    deployed="$(python3 -I -c 'import json, sys; print(json.load(open(sys.argv[1]))[0]["commit"])' "$record" 2>/dev/null)" ||
      refuse "the record of what is deployed in $ENVIRONMENT cannot be understood: s3://$SUMMARY_BUCKET/deployed/$ENVIRONMENT.json."
  elif grep --fixed-strings "(NoSuchKey)" "$answer" >/dev/null; then
    deployed="$COMMIT"
  else
    refuse "the record of what is deployed in $ENVIRONMENT cannot be read: $(grep . "$answer" | paste -sd ' ')."
  fi
  test "$deployed" != "$COMMIT" || exit 0
  if git merge-base --is-ancestor "$COMMIT" "$deployed" 2>/dev/null; then
    refuse "it GOES BACK: $ENVIRONMENT has ${deployed:0:12}, and $(git rev-list --count "$COMMIT..$deployed") commits would be taken out ($(git log --format=%h --abbrev=12 -5 "$COMMIT..$deployed" | paste -sd ' ')). Go back by a pull request, which others approve: make rollback TO=${COMMIT:0:12}."
  fi
)
