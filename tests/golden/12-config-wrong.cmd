cat > $T/wrong.yaml <<'YAML'
instance: golden
feed: [{endpoint: tcp://127.0.0.1:6001, patern: pull}]
workers: many
YAML
newstag config --config $T/wrong.yaml --set log.levl=info
