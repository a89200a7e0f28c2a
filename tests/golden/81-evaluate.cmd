# The figures of a small folder of items, by the naive word list; and no data at all.
mkdir -p "$T/data/dev"
cat > "$T/data/dev/blackout.jsonl" <<'ITEMS'
{"id": "1", "lang": "en", "label": true, "text": "A power cut in the port.", "statuses": ["ongoing"], "causes": ["weather.storm"]}
{"id": "2", "lang": "en", "label": true, "text": "The lights went out at noon.", "statuses": ["ongoing"], "causes": ["unknown"]}
{"id": "3", "lang": "en", "label": false, "text": "Blackout curtains sell well."}
{"id": "4", "lang": "en", "label": false, "text": "The port is busy."}
{"id": "5", "lang": "en", "label": null, "text": "A power cut of one house."}
ITEMS
evaluate() { "$SRC/scripts/evaluate" --bin "$(command -v newstag)" "$@"; }
evaluate --data "$T/data" --rules "$SRC/tests/rules/baseline"
evaluate --data "$T/data" --rules "$SRC/tests/rules/baseline" --half odd
env -u NEWSTAG_DATA "$SRC/scripts/evaluate"
