# Becomes the child, but not before its guard stands: a parent that is killed in between closes descriptor 3 without a word.
read -r _ <&3 || exit 1
exec 3<&-
# Shells export these on their own account; the child gets what it was given.
exec /usr/bin/env -u PWD -u OLDPWD -u SHLVL -u _ "$@"
