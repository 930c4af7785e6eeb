"""What a deal's stage is in the org: by the settings' map, by its Salesforce Id, by its name (D5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Self

from sfpush.apollo_fields import is_apollo_id
from sfpush.describe import FieldDescribe
from sfpush.model import Rule, SalesforceId
from sfpush.planning.field_map import STAGE, STAGE_NAME, maps_stage_name
from sfpush.planning.fitting import Fit, Misfit, plain_text, shown, some_of
from sfpush.planning.writing import Line, Writer
from sfpush.settings.record_types import DealSettings

_NOT_MAPPED = "Give it one in [deals.stage_map]."


@dataclass(frozen=True)
class DealStages:
    """Apollo's imported deal stages by id: their `names`, and the StageName each `stands_for` by its Salesforce Id."""

    names: Mapping[str, str] = field(default_factory=dict)
    stands_for: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, imported: Iterable[Mapping[str, Any]], org: Mapping[SalesforceId, str]) -> Self:
        """Read Apollo's `opportunity_stages` list; `org` has the org's stages by the Id of their OpportunityStage."""
        names, stands_for = {}, {}
        for body in imported:
            identity = str(body.get("id") or "")
            names[identity] = plain_text(body.get("name") or body.get("display_name"))
            own = plain_text(body.get("salesforce_id"))
            with suppress(ValueError):  # no Id: the stage's API name, which is the value itself
                own = org.get(SalesforceId(own), "")
            if own:
                stands_for[identity] = own
        return cls(names, stands_for)

    def name_of(self, stage: Any) -> str | None:
        """The name of a stage that is given by Apollo id or by name; None: none, or an id that no list resolves."""
        text = plain_text(stage)
        return self.names.get(text) or (text if text and not is_apollo_id(text) else None)

    def fitter(self, described: FieldDescribe, mapped: Mapping[str, str]) -> Fit:
        """The function that turns a deal's stage into a value of StageName; `mapped` is the settings' stage map.

        The org's closed list of stages is all there is, whether the picklist is restricted or not: sfpush makes none.
        """
        spellings = {value.lower(): value for value in described.picklist}
        values = {stage.strip().lower(): value for stage, value in mapped.items()}
        by_name = {name.lower(): identity for identity, name in self.names.items()}

        def fit(value: Any) -> Any:
            text = plain_text(value)
            if not text:
                return None
            name = self.name_of(text)
            wanted = values.get(text.lower()) or values.get((name or "").lower())
            identity = text if text in self.names else by_name.get(text.lower(), "")
            own = self.stands_for.get(identity)
            if wanted is None and own is None and name is None:
                return Misfit(
                    Rule.REQUIRED_MISSING,
                    f"{described.name}: its stage is the id {text}, which no imported opportunity_stages list"
                    " resolves. Import the list.",
                )
            for candidate in (wanted,) if wanted else (own, name):
                if candidate and (not spellings or candidate.lower() in spellings):
                    return spellings.get(candidate.lower(), candidate)
            stage = f" for the stage {shown(name or text)}" if wanted else ""
            return Misfit(
                Rule.PICKLIST_VALUE,
                f"{described.name} has no active value {shown(wanted or name or own)}{stage};"
                f" it takes {some_of(described.picklist)}. {_NOT_MAPPED}",
            )

        return fit


def with_stages(writer: Writer, stages: DealStages, table: DealSettings) -> Writer:
    """The writer of deals, its stage line compiled against Apollo's stages and the org's."""
    mapped = table.stage_map.values if maps_stage_name(table) else {}

    def with_fit(line: Line) -> Line:
        if line.apollo != STAGE or line.name != STAGE_NAME or line.field is None:
            return line
        return line._replace(read=None, fit=stages.fitter(line.field, mapped))

    lines, unwritten = (tuple(map(with_fit, some)) for some in (writer.lines, writer.unwritten))
    return replace(writer, lines=lines, unwritten=unwritten)
