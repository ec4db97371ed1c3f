// Buttons with data-copy="id" put the text of that element on the clipboard and say so in "<id>-copied".
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const told = document.getElementById(`${button.dataset.copy}-copied`);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    told.textContent = "Copied.";
  } catch {
    // Plain http, or the browser forbids it: mark the text, so that the person can copy it by hand.
    getSelection().selectAllChildren(source);
    told.textContent = "Marked: copy it with your keyboard.";
  }
});
