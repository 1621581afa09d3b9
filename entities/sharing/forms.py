"""Shapes of what is typed to follow entities and to receive changes."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entities import regions
from entities.models import SubmittingBody
from entities.sharing import groups
from entities.sharing.models import WatchList
from entities.sharing.services.watching import ListDraft

SPLIT = re.compile(r"[\s,;，；、]+")
INDUSTRY = re.compile(r"^[A-T]\d{0,4}$")
#: Twenty thousand codes with room for a column of names beside them.
BIGGEST_LIST = 4 * 1024 * 1024
Kind = WatchList.Kind


def words_of(text: str) -> list[str]:
    return [word for word in SPLIT.split(text.strip()) if word]


class CodesForm(forms.Form):
    """Codes as they were typed, pasted or uploaded."""

    codes = forms.CharField(
        label=_("Unified social credit codes"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One a line, or with commas between them."),
    )
    file = forms.FileField(
        label=_("Or a file of codes"),
        required=False,
        help_text=_("Text or CSV; every code of 18 places in it is taken."),
        widget=forms.ClearableFileInput(attrs={"accept": ".txt,.csv,text/plain,text/csv"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > BIGGEST_LIST:
            raise ValidationError(_("A list of codes has at most 4 MB."))
        return file

    def typed_codes(self) -> list[str]:
        """Every code of both; of a file only what looks like one, since names may stand beside them."""
        wanted = words_of(self.cleaned_data.get("codes", ""))
        if file := self.cleaned_data.get("file"):
            text = file.read().decode("utf-8", errors="ignore")
            wanted += re.findall(
                r"(?<![0-9A-Za-z])[0-9A-HJ-NP-RTUWXYa-hj-np-rtuwxy]{18}(?![0-9A-Za-z])", text
            )
        return wanted


class WatchListForm(forms.Form):
    """A list and how it tells; what does not belong to its kind is left aside."""

    spans = {"region_codes": 3, "industry_codes": 3}

    body = forms.ModelChoiceField(SubmittingBody.objects.none(), label=_("For which body"))
    name = forms.CharField(label=_("Name of the list"), max_length=120)
    kind = forms.ChoiceField(
        label=_("Which entities"), choices=Kind.choices, initial=Kind.PICKED, widget=forms.RadioSelect
    )
    region_codes = forms.CharField(
        label=_("Regions, GB/T 2260"),
        required=False,
        help_text=_("Six digits; 330000 means the whole province. For “Region and industry”."),
    )
    industry_codes = forms.CharField(
        label=_("Industries, GB/T 4754"),
        required=False,
        help_text=_("A letter with up to four digits: C, C14, C1411. For “Region and industry”."),
    )
    group = forms.ChoiceField(label=_("Group"), required=False)
    digest = forms.BooleanField(label=_("A summary each day into the inbox"), required=False, initial=True)
    urgent = forms.BooleanField(label=_("Serious misconduct at once"), required=False, initial=True)

    def __init__(
        self, *args, bodies: list[SubmittingBody], watch_list: WatchList | None = None, **kwargs
    ) -> None:
        if watch_list is not None:
            kwargs["initial"] = {
                "body": watch_list.body_id,
                "name": watch_list.name,
                "kind": watch_list.kind,
                "region_codes": " ".join(watch_list.region_codes),
                "industry_codes": " ".join(watch_list.industry_codes),
                "group": watch_list.group,
                "digest": watch_list.digest,
                "urgent": watch_list.urgent,
            }
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = SubmittingBody.objects.filter(pk__in=[body.pk for body in bodies])
        if len(bodies) == 1:
            self.fields["body"].initial = bodies[0]
            self.fields["body"].widget = forms.HiddenInput()
        offered = {group.code: group.title for body in bodies for group in groups.groups_of(body)}
        self.fields["group"].choices = list(offered.items())
        if not offered:
            del self.fields["group"]
            self.fields["kind"].choices = [choice for choice in Kind.choices if choice[0] != Kind.GROUP]
        if watch_list is not None:
            self._keep_to_the_kind(watch_list)

    def _keep_to_the_kind(self, watch_list: WatchList) -> None:
        self.fields["kind"].widget = forms.HiddenInput()
        self.fields["body"].widget = forms.HiddenInput()
        if watch_list.kind != Kind.PLACE:
            del self.fields["region_codes"], self.fields["industry_codes"]
        if watch_list.kind != Kind.GROUP:
            self.fields.pop("group", None)

    def clean_region_codes(self) -> list[str]:
        codes = words_of(self.cleaned_data["region_codes"])
        if strange := [code for code in codes if not regions.is_known(code)]:
            raise ValidationError(_("GB/T 2260 knows no region %(code)s."), params={"code": strange[0]})
        return codes

    def clean_industry_codes(self) -> list[str]:
        codes = [code.upper() for code in words_of(self.cleaned_data["industry_codes"])]
        if strange := [code for code in codes if not INDUSTRY.match(code)]:
            raise ValidationError(_("“%(code)s” is no industry code."), params={"code": strange[0]})
        return codes

    def draft(self) -> ListDraft:
        typed, kind = self.cleaned_data, self.cleaned_data["kind"]
        return ListDraft(
            name=typed["name"],
            kind=kind,
            region_codes=tuple(typed.get("region_codes", ())) if kind == Kind.PLACE else (),
            industry_codes=tuple(typed.get("industry_codes", ())) if kind == Kind.PLACE else (),
            group=typed.get("group", "") if kind == Kind.GROUP else "",
            digest=typed["digest"],
            urgent=typed["urgent"],
        )


class WebhookForm(forms.Form):
    """Where changes are sent, and of which list."""

    body = forms.ModelChoiceField(SubmittingBody.objects.none(), label=_("For which body"))
    url = forms.URLField(
        label=_("Address of your system"),
        max_length=500,
        assume_scheme="https",
        help_text=_(
            "It is sent JSON by POST and answers with a status of the two hundreds within ten seconds."
        ),
    )
    watch_list = forms.ModelChoiceField(
        WatchList.objects.none(), label=_("Watch list"), required=False, empty_label=_("All lists")
    )

    def __init__(self, *args, bodies: list[SubmittingBody], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        keys = [body.pk for body in bodies]
        self.fields["body"].queryset = SubmittingBody.objects.filter(pk__in=keys)
        self.fields["watch_list"].queryset = WatchList.objects.filter(body__in=keys, ended_at=None)
        if len(bodies) == 1:
            self.fields["body"].initial = bodies[0]
            self.fields["body"].widget = forms.HiddenInput()
