// A form of filters sends only what is filled in, so that addresses stay short enough to be read and shared.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches('[data-behavior="lean"]')) return;
  for (const [name, value] of [...event.formData]) {
    if (value === "") event.formData.delete(name);
  }
});
