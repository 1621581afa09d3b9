"""Other grades as changes of which the bodies that follow an entity are told."""

from django.db.models import Q

from entities.models import SubmittingBody
from evaluation import policies
from evaluation.models import Scheme


def open_to(body: SubmittingBody) -> Q:
    """The changes of grades of which the body may hear, as a condition on the changes that are told."""
    if policies.is_told_of_all_grades(body):
        return Q()
    public = Scheme.objects.filter(is_public=True)
    return Q(detail__scheme__in=list(public.values_list("code", flat=True)))
