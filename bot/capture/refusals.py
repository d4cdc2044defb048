"""Why a page was not captured: one exception for each cause, whose docstring is what is said. Pure."""

from __future__ import annotations


class NotCaptured(Exception):
    """The page could not be captured. Nothing was kept."""

    # Whether a connection to anybody was tried before, so that a site may have noticed.
    visited = False


class BadAddress(NotCaptured):
    """That is not the address of a page: it begins with http:// or https://, then comes the name of a site, and there are no
    blanks in it. A name or password before an @, a number in place of the site's name, and ports other than 80 and 443 are not
    visited."""


class NotPublic(NotCaptured):
    """This address leads into a private network, or to this server itself. It was not visited."""


class LedAstray(NotCaptured):
    """The site leads on to an address that is not visited: a number in place of a name, another port, or no page of the web."""


class NoSuchSite(NotCaptured):
    """There is no site of this name. Please look at how it is written."""


class Unreachable(NotCaptured):
    """The site does not answer, or not as a site should. Please try again later."""


class BadCertificate(NotCaptured):
    """The site cannot prove that it is the one it says it is: its certificate is not good for this name. Nothing was read."""


class TooSlow(NotCaptured):
    """The site took too long, so the visit was given up. Please try again later."""


class TooLarge(NotCaptured):
    """What is there is larger than 5 MB, so it was not read to its end."""


class OtherKind(NotCaptured):
    """What is there is neither a page, a text, a PDF nor a picture, so it was not read."""


class TooManyRedirects(NotCaptured):
    """The address leads on more than five times. Please give the one at which the page is shown."""


class NotThere(NotCaptured):
    """The site says that there is no such page, or that it is gone."""


class NeedsLogin(NotCaptured):
    """The site shows this page only to people who have signed in, so it cannot be captured from here. Somebody who may see it can
    take a screenshot."""


class SiteRefuses(NotCaptured):
    """The site would not show the page now. Some turn programs away, or whoever has not signed in. Please try again later, or
    take a screenshot."""


class Busy(NotCaptured):
    """Other pages are being captured at this moment. Please try again in a minute."""
