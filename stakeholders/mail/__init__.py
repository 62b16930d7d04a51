"""Mails: their words, their two forms (text and HTML), and how they leave the house."""
