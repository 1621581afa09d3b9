from entities.models.body import Membership, SubmittingBody
from entities.models.catalogue import (
    CatalogueProposal,
    LegalInstrument,
    PublicityRule,
    RecordType,
    RecordTypeVersion,
    RulesTurn,
    SeverityClass,
    Verification,
)
from entities.models.columns import ColumnMapping
from entities.models.document import Document
from entities.models.entity import (
    HEAD_OFFICE_LOCK,
    Entity,
    EntityAgent,
    EntityIdentifier,
    EntityMove,
    FormerName,
    NearDuplicate,
)
from entities.models.feedback import Delivery, Notice
from entities.models.record import CreditRecord
from entities.models.submission import Submission, SubmissionBlock, SubmissionRow

__all__ = (
    "HEAD_OFFICE_LOCK",
    "CatalogueProposal",
    "ColumnMapping",
    "CreditRecord",
    "Delivery",
    "Document",
    "Entity",
    "EntityAgent",
    "EntityIdentifier",
    "EntityMove",
    "FormerName",
    "LegalInstrument",
    "Membership",
    "NearDuplicate",
    "Notice",
    "PublicityRule",
    "RecordType",
    "RecordTypeVersion",
    "RulesTurn",
    "SeverityClass",
    "Submission",
    "SubmissionBlock",
    "SubmissionRow",
    "SubmittingBody",
    "Verification",
)
