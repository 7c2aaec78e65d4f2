# Refuse a commit that is not on the delivered branch, before any of its code runs
# CodeBuild keeps this text, not the commit: whoever starts the pipeline may choose a commit, and it brings its own code.
(
  refuse() { echo "This commit is refused: $1 Nothing was changed." >&2; exit 1; }

  origin="$(git config --get remote.origin.url)" || refuse "the source of this build is not a clone of the repository."
  case "$origin" in
    */"$REPOSITORY" | */"$REPOSITORY.git") ;;
    *) refuse "it comes from $origin, and the pipeline delivers $REPOSITORY." ;;
  esac
  test "$(git rev-parse HEAD)" = "$COMMIT" || refuse "the source is $(git rev-parse HEAD), and the pipeline delivers $COMMIT."
  git fetch --quiet --no-tags --no-recurse-submodules origin "+refs/heads/$BRANCH:refs/remotes/origin/$BRANCH" ||
    refuse "the branch $BRANCH of $REPOSITORY cannot be read, so nobody knows whether $COMMIT is on it."
  # First parents only: a commit that a merge brought along was never the head of the branch.
  git rev-list --first-parent "refs/remotes/origin/$BRANCH" | grep --line-regexp --fixed-strings "$COMMIT" >/dev/null ||
    refuse "$COMMIT is not on the branch $BRANCH. Merge it by a pull request; the pipeline then delivers it."
)
