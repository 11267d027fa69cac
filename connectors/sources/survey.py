"""The demo's survey: answers as SurveyMonkey exports them, see surveymonkey; kept under its own name and folder."""

from dataclasses import replace

from connectors.sources import surveymonkey
from connectors.stream import Connector

RESPONSES = replace(surveymonkey.RESPONSES, files="feedback/survey/responses-*.csv*")

CONNECTOR = Connector("survey", "feedback", (RESPONSES,), about=surveymonkey.__doc__)
