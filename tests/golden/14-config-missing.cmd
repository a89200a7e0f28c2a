newstag config --config no-such-file.yaml
