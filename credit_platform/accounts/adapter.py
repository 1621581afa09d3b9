from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an office or by invitation; nobody signs up by themselves."""

    def is_open_for_signup(self, request) -> bool:
        return False
