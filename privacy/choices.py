"""The choices of people: what each of them is about, in the words that are kept as proof, and how it stands."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from privacy.models import Choice

Purpose = Choice.Purpose


@dataclass(frozen=True)
class Offer:
    """Something that a person may allow. `wording` is the sentence they agree to; `says` what else is good to know."""

    purpose: Choice.Purpose
    wording: Promise
    says: Promise


OFFERS = {
    offer.purpose: offer
    for offer in (
        Offer(
            Purpose.USAGE,
            _("Let JiNi note which pages I open and for how long, with browser, device and internet address."),
            _(
                "To see what is used and improve it. Only you see your own; it is kept 90 days at most, never says which "
                "lead was on a page, and is deleted when you withdraw. What is left are counts by page, day and kind of "
                "device, of five people or more and without their names, for 25 months at most."
            ),
        ),
        Offer(Purpose.MARKETING, _("Send me product news."), _("By e-mail, now and then.")),
        Offer(
            Purpose.PUSH,
            _("Show my reminders as push messages on the devices that I choose."),
            _("They go through the push service of the browser, encrypted. Withdrawing forgets the devices."),
        ),
    )
}


def newest(user: User, purpose: str) -> Choice | None:
    """Return the choice that counts now; None while `user` made none."""
    return Choice.objects.about(user, purpose).newest_first().first()


def is_given(user: User, purpose: str) -> bool:
    """Whether `user` allows `purpose` now, as it stands in the database."""
    choice = newest(user, purpose)
    return choice is not None and choice.is_given


def state_of(purpose: str) -> models.Subquery:
    """Return the state of the newest choice of the `user` of a row, as a part of another query; NULL without one."""
    mine = Choice.objects.filter(user=models.OuterRef("user"), purpose=purpose)
    return models.Subquery(mine.newest_first().values("state")[:1])


@dataclass(frozen=True)
class Standing:
    """One purpose as it stands for a person."""

    offer: Offer
    choice: Choice | None

    @property
    def title(self) -> str:
        return str(self.offer.purpose.label)

    @property
    def is_given(self) -> bool:
        return self.choice is not None and self.choice.is_given

    @property
    def other(self) -> str:
        """What the switch does: the state that it changes to."""
        return str(Choice.State.WITHDRAWN if self.is_given else Choice.State.GIVEN)


def standings(user: User) -> list[Standing]:
    """Return every purpose with the choice of `user` that counts now."""
    return [Standing(offer, newest(user, purpose)) for purpose, offer in OFFERS.items()]
