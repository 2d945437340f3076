// Passkeys: asks the server for a question and the phone for its answer, and posts that like any other form.
// Where the browser has no passkeys, the sections go, and every other way in is there.
(() => {
  const raw = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: raw(one.id) }));

  async function answer(act, options) {
    const publicKey = { ...options, challenge: raw(options.challenge) };
    publicKey.excludeCredentials = named(options.excludeCredentials);
    publicKey.allowCredentials = named(options.allowCredentials);
    if (options.user) publicKey.user = { ...options.user, id: raw(options.user.id) };
    return navigator.credentials[act]({ publicKey });
  }

  // As the standard writes it in JSON; not every phone has `toJSON` yet.
  function said(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    const { id, type, authenticatorAttachment } = credential;
    return JSON.stringify({ id, rawId: text(credential.rawId), type, authenticatorAttachment, response, clientExtensionResults: {} });
  }

  async function use(section) {
    const form = section.querySelector("form"), failed = section.querySelector("[data-passkey-failed]");
    failed.hidden = true;
    try {
      const asked = await fetch(section.dataset.ask, { method: "POST", headers: { Accept: "application/json" } });
      if (!asked.ok) throw new Error(asked.status);
      const options = await asked.json();
      form.elements.credential.value = said(await answer(options.user ? "create" : "get", options));
      form.submit(); // a plain post: the answer is a page like any other
    } catch {
      failed.hidden = false; // changed their mind, took too long, or the phone has no such key: the page stays as it was
    }
  }

  for (const section of document.querySelectorAll("[data-passkey]:not([data-seen])")) {
    section.dataset.seen = "yes";
    if (!window.PublicKeyCredential || !window.isSecureContext) {
      section.remove();
      continue;
    }
    section.hidden = false;
    section.querySelector("button").addEventListener("click", () => use(section));
  }
})();
