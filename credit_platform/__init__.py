"""Composes the platform: settings, addresses, background work and the floor that every app stands on."""

from credit_platform.celery import app as celery_app

__all__ = ("celery_app",)
