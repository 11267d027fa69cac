"""Every connector, by the name used in config/guiyi.toml. One line each; no discovery."""

from connectors.sources import (
    access_log,
    fxiaoke,
    segment,
    sensors,
    shopify,
    survey,
    taobao,
    wechat,
    wecom,
    zendesk,
    zoho,
)
from connectors.stream import Connector

CONNECTORS: dict[str, Connector] = {
    "access_log": access_log.CONNECTOR,
    "fxiaoke": fxiaoke.CONNECTOR,
    "segment": segment.CONNECTOR,
    "sensors": sensors.CONNECTOR,
    "shopify": shopify.CONNECTOR,
    "survey": survey.CONNECTOR,
    "taobao": taobao.CONNECTOR,
    "wechat": wechat.CONNECTOR,
    "wecom": wecom.CONNECTOR,
    "zendesk": zendesk.CONNECTOR,
    "zoho": zoho.CONNECTOR,
}


def connector(name: str) -> Connector:
    """The connector called `name`; KeyError-free: the text lists the known ones."""
    if name not in CONNECTORS:
        raise UnknownConnector(f"no connector called {name!r}; there are {', '.join(sorted(CONNECTORS))}")
    return CONNECTORS[name]


class UnknownConnector(ValueError):
    """A configuration names a connector that does not exist."""
