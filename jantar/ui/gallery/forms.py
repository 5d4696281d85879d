"""A form with one control of each kind."""

from django import forms

OPERATORS = {
    "name": ["contains", "begins with", "is empty"],
    "amount": ["at least", "at most", "between"],
    "close": ["in the next days", "before", "after"],
}


class PersonForm(forms.Form):
    name = forms.CharField(label="Name", max_length=200)
    email = forms.EmailField(label="E-mail", required=False, help_text="We only write when they agree.")
    language = forms.ChoiceField(label="Language", choices=[("cs", "Čeština"), ("hu", "Magyar"), ("pl", "Polski")])
    amount = forms.DecimalField(label="Yearly turnover", required=False, localize=True)
    born = forms.DateField(
        label="Date of birth",
        required=False,
        widget=forms.DateInput({"type": "date", "data-controller": "date-field"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"data-controller": "autosize"}))
    agrees = forms.BooleanField(label="Agrees to newsletters", required=False)
