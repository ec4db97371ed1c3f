// The journey page asks for its changing part by htmx. What answers may be another page: the person was signed out meanwhile, or lost
// a right. Then the whole page is loaded again, so that they see why.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "journey-live" || event.detail.xhr.status !== 200) return;
  if (event.detail.xhr.responseText.includes('id="journey-live"')) return;
  event.detail.shouldSwap = false;
  location.reload();
});
