"""Context."""


def shell(request):
    return {}
