"""What staff say about sites."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models import Location, Site, Source

if TYPE_CHECKING:
    SiteModelForm = forms.ModelForm[Site]
else:
    SiteModelForm = forms.ModelForm


class SiteForm(SiteModelForm):
    """A site's name, and its authority among the sources that have locations there."""

    class Meta:
        model = Site
        fields = ("name", "authority")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            # Nobody reports at a site that has no locations yet.
            del self.fields["authority"]
            return
        there = Location.objects.filter(site=self.instance).order_by().values("source")
        self.fields["authority"] = forms.ModelChoiceField(
            Source.objects.filter(
                Q(pk__in=there, environment=Source.Environment.PRODUCTION) | Q(pk=self.instance.authority_id)
            ).order_by("name"),
            required=False,
            label=_("Whose counts hold here"),
            empty_label=_("nobody's: each source keeps a subtotal of its own"),
        )
