"""The registry's deeds, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    entities__entity__registered=_("registered the entity"),
    entities__entity__imported=_("imported entities"),
    entities__catalogue__drafted=_("drafted a proposal for the catalogue"),
    entities__catalogue__proposed=_("put a proposal for the catalogue before a colleague"),
    entities__catalogue__returned=_("returned a proposal for the catalogue"),
    entities__catalogue__discarded=_("discarded a proposal for the catalogue"),
    entities__catalogue__published=_("published a proposal for the catalogue"),
    entities__record__drafted=_("drafted the record"),
    entities__record__changed=_("changed the draft"),
    entities__record__discarded=_("discarded the draft"),
    entities__record__sent_to_review=_("sent the record to review"),
    entities__record__approved=_("approved the record"),
    entities__record__returned=_("returned the record"),
    entities__record__submitted=_("submitted the record"),
    entities__record__corrected=_("corrected the record"),
    entities__record__replaced=_("replaced the record by a correction"),
    entities__record__dated_anew=_("dated the record's publicity by a new rule"),
    entities__record__withdrawn=_("withdrew the record"),
    entities__record__repaired=_("ended the record by repair"),
    entities__record__expired=_("ended the record's publicity"),
    entities__record__objected=_("marked the record as under objection"),
    entities__record__objection_lifted=_("lifted the objection mark"),
    entities__submission__uploaded=_("uploaded a file"),
    entities__submission__confirmed=_("confirmed the upload"),
    entities__submission__cancelled=_("cancelled the upload"),
    entities__submission__finished=_("finished the upload"),
    entities__submission__stopped=_("stopped the saving of the upload"),
    entities__submission__taken_back=_("took the upload back"),
    entities__record__restored=_("put the record back in force, for its correction was taken back"),
    entities__columns__mapped=_("said which column is which"),
    entities__columns__changed=_("changed what is remembered of columns"),
    entities__notice__acknowledged=_("acknowledged the notice"),
)
