newstag config --config 10-config.yaml --set workers=3
