"""Pages for who has forgotten the password: asking for a link, and choosing a new one by it."""

from django.contrib import messages
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from credit_platform.accounts.adapter import AccountAdapter
from credit_platform.accounts.models import User
from credit_platform.common.errors import InvalidInput, WrongState
from credit_platform.common.limits import Limit
from entities.forms import show_problems
from entities.people import passwords
from entities.people.forms import ForgottenForm, NewPasswordForm

GONE, UNPROCESSABLE, TOO_MANY_REQUESTS = 410, 422, 429
#: Of one address; the mails to one account have a limit of their own, which is not told.
ASKING = Limit("passwords", amount=10, seconds=3600)


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Have a link sent to the address of one's account. The answer tells nothing of it."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not ASKING.allows(request):
            return render(request, "429.html", status=TOO_MANY_REQUESTS)
        passwords.ask_for_link(login=form.cleaned_data["login"])
        return render(request, "entities/people/link_asked.html")
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "entities/people/forgotten.html", {"form": form}, status=status)


class NewPassword(PasswordResetConfirmView):
    """Choose a new password by a link. Django keeps the token in the session, so that no address on screen holds it."""

    http_method_names = ["get", "head", "post"]
    form_class = NewPasswordForm
    template_name = "entities/people/new_password.html"

    def get_user(self, uidb64: str) -> User | None:
        person = super().get_user(uidb64)
        return User.objects.filter(passwords.holders(), pk=person.pk).first() if person else None

    def dispatch(self, *args, **kwargs) -> HttpResponseBase:
        response = super().dispatch(*args, **kwargs)
        response["X-Robots-Tag"] = "noindex, noarchive"
        # Not "no-referrer": with that a browser sends its form without saying whence, and is refused for it.
        response["Referrer-Policy"] = "same-origin"
        return response

    def form_valid(self, form) -> HttpResponse:
        try:
            person = passwords.set_new_password(
                person_id=form.user.pk,
                token=self.request.session[INTERNAL_RESET_SESSION_TOKEN],
                password=form.cleaned_data["new_password1"],
            )
        except InvalidInput as refused:
            show_problems(form, refused)
            return self.form_invalid(form)
        except WrongState:
            return redirect(self.request.path)
        AccountAdapter().forget_wrong_tries(self.request, *passwords.logins_of(person))
        # Who was signed in here is so no longer, and the link is used up.
        self.request.session.flush()
        messages.success(self.request, _("Your new password is set. Sign in with it."))
        return redirect("account_login")

    def render_to_response(self, context, **kwargs) -> HttpResponse:
        status = 200
        if not context["validlink"]:
            status = GONE
        elif context["form"].errors:
            status = UNPROCESSABLE
        return super().render_to_response(context, status=status, **kwargs)
