"""Describe: what the org says about its sObjects, globally and one by one."""

from __future__ import annotations

from typing import Any

from sfpush.practice.catalogue import Catalogue
from sfpush.practice.fields import ID_TYPES, NUMBER_TYPES, TEXT_TYPES, Field, SObject
from sfpush.practice.soql.compile import child_relationship

Described = dict[str, Any]
_SOAP_TYPES = {
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}
MASTER_RECORD_TYPE = "012000000000000AAA"


def global_describe(catalogue: Catalogue, version: str) -> Described:
    """`GET /sobjects`: every sObject in brief."""
    return {
        "encoding": "UTF-8",
        "maxBatchSize": 200,
        "sobjects": [_brief(each, version) for each in sorted(catalogue, key=lambda each: each.name)],
    }


def describe(catalogue: Catalogue, sobject: SObject, version: str) -> Described:
    """`GET /sobjects/X/describe`: everything about one."""
    return {
        **_brief(sobject, version),
        "actionOverrides": [],
        "childRelationships": _child_relationships(catalogue, sobject),
        "compactLayoutable": True,
        "fields": [describe_field(each) for each in sobject.fields],
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [
            {
                "active": True,
                "available": True,
                "defaultRecordTypeMapping": True,
                "developerName": "Master",
                "master": True,
                "name": "Master",
                "recordTypeId": MASTER_RECORD_TYPE,
                "urls": {
                    "layout": f"/services/data/{version}/sobjects/{sobject.name}/describe/layouts/{MASTER_RECORD_TYPE}"
                },
            }
        ],
        "searchLayoutable": True,
        "supportedScopes": [{"label": f"All {sobject.plural.lower()}", "name": "everything"}],
    }


def describe_field(field: Field) -> Described:
    """One field, with every property that describe gives it."""
    return {
        "aggregatable": field.filterable and field.type not in ("address", "boolean"),
        "aiPredictionField": False,
        "autoNumber": False,
        "byteLength": _byte_length(field),
        "calculated": False,
        "calculatedFormula": None,
        "cascadeDelete": False,
        "caseSensitive": field.case_sensitive,
        "compoundFieldName": field.compound,
        "controllerName": None,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": field.default if field.type == "boolean" else None,
        "defaultValueFormula": None,
        "defaultedOnCreate": field.defaulted,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.precision if field.type == "int" else 0,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": _extra_type(field),
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": field.filterable and field.type not in ("address", "datetime", "double", "currency", "percent"),
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.id_lookup,
        "inlineHelpText": None,
        "label": field.label,
        "length": field.length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": len(field.refers_to) > 1,
        "nillable": field.nillable,
        "permissionable": field.nillable and field.createable,
        "picklistValues": [
            {
                "active": each.active,
                "defaultValue": each.default,
                "label": each.label or each.value,
                "validFor": None,
                "value": each.value,
            }
            for each in field.choices
        ],
        "polymorphicForeignKey": len(field.refers_to) > 1,
        "precision": 0 if field.type == "int" else field.precision,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(field.refers_to),
        "relationshipName": field.relationship,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": bool(field.refers_to),
        "soapType": _soap_type(field),
        "sortable": field.sortable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable,
        "writeRequiresMasterRead": False,
    }


def _brief(sobject: SObject, version: str) -> Described:
    start = f"/services/data/{version}/sobjects/{sobject.name}"
    urls = {"rowTemplate": start + "/{ID}", "describe": start + "/describe", "sobject": start}
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": sobject.createable,
        "custom": sobject.name.endswith("__c"),
        "customSetting": False,
        "deepCloneable": False,
        "deletable": sobject.deletable,
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": sobject.prefix,
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "layoutable": True,
        "mergeable": sobject.mergeable,
        "mruEnabled": True,
        "name": sobject.name,
        "queryable": True,
        "replicateable": True,
        "retrieveable": True,
        "searchable": True,
        "triggerable": True,
        "undeletable": sobject.deletable,
        "updateable": sobject.updateable,
        "urls": urls,
    }


def _child_relationships(catalogue: Catalogue, sobject: SObject) -> list[Described]:
    return [
        {
            "cascadeDelete": lookup.master,
            "childSObject": child.name,
            "deprecatedAndHidden": False,
            "field": lookup.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": None if lookup.name.endswith("ById") else child_relationship(child, lookup),
            "restrictedDelete": False,
        }
        for child in catalogue
        for lookup in child.fields
        if sobject.name in lookup.refers_to
    ]


def _byte_length(field: Field) -> int:
    return field.length if field.type in ID_TYPES else field.length * 3


def _soap_type(field: Field) -> str:
    if field.type in ID_TYPES:
        return "tns:ID"
    if field.type in NUMBER_TYPES and field.type != "int":
        return "xsd:double"
    return _SOAP_TYPES.get(field.type, "xsd:string")


def _extra_type(field: Field) -> str | None:
    if field.name_field and field.compound is None and field.type in TEXT_TYPES and field.length == 121:
        return "personname"
    return "plaintextarea" if field.type == "textarea" else None
