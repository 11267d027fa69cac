"""Every connector, by the name used in config/guiyi.toml. One line each; no discovery."""

from connectors.sources import (
    access_log,
    appsflyer,
    firebase,
    fxiaoke,
    ga4,
    growingio,
    hubspot,
    meta_leads,
    qualtrics,
    rudderstack,
    salesforce,
    segment,
    sensors,
    shopify,
    snowplow,
    survey,
    surveymonkey,
    taobao,
    tencent_leads,
    wechat,
    wecom,
    wenjuanxing,
    youzan,
    zendesk,
    zoho,
)
from connectors.stream import Connector

CONNECTORS: dict[str, Connector] = {
    "access_log": access_log.CONNECTOR,
    "appsflyer": appsflyer.CONNECTOR,
    "firebase": firebase.CONNECTOR,
    "fxiaoke": fxiaoke.CONNECTOR,
    "ga4": ga4.CONNECTOR,
    "growingio": growingio.CONNECTOR,
    "hubspot": hubspot.CONNECTOR,
    "meta_leads": meta_leads.CONNECTOR,
    "qualtrics": qualtrics.CONNECTOR,
    "rudderstack": rudderstack.CONNECTOR,
    "salesforce": salesforce.CONNECTOR,
    "segment": segment.CONNECTOR,
    "sensors": sensors.CONNECTOR,
    "shopify": shopify.CONNECTOR,
    "snowplow": snowplow.CONNECTOR,
    "survey": survey.CONNECTOR,
    "surveymonkey": surveymonkey.CONNECTOR,
    "taobao": taobao.CONNECTOR,
    "tencent_leads": tencent_leads.CONNECTOR,
    "wechat": wechat.CONNECTOR,
    "wecom": wecom.CONNECTOR,
    "wenjuanxing": wenjuanxing.CONNECTOR,
    "youzan": youzan.CONNECTOR,
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
