// Runs in the page of Zordon's window, after pywebview's own script. pywebview makes its functions from text, which our
// Content-Security-Policy forbids; these are plain closures over the same channel.
(names => {
  const bridge = window.pywebview;

  const make = name => (...given) =>
    new Promise((resolve, reject) => {
      const id = String(Math.random()).slice(2);
      bridge._returnValuesCallbacks[name] ??= {};
      bridge._checkValue(name, resolve, reject, id);
      bridge._jsApiCallback(name, given, id);
    });

  for (const name of names) bridge.api[name] = make(name);

  // The window knows the real paths of what was dropped and tells the page. WebView2 wants to see the event itself.
  const dropped = make('take_drop');
  const onDrop = event => {
    if (!event.dataTransfer?.types.includes('Files') && !event.dataTransfer?.types.includes('text/uri-list')) return;
    event.preventDefault();
    if (bridge.platform === 'edgechromium') window.chrome.webview.postMessageWithAdditionalObjects('FilesDropped', event.dataTransfer.files);
    void dropped();
  };
  if (!window.zordonDrops) addEventListener('drop', onDrop);
  window.zordonDrops = true;

  // The window may have something to say before the page listens, which it does once it has drawn itself.
  const whenDrawn = act => {
    if (document.querySelector('#app')?.firstElementChild) setTimeout(act);
    else setTimeout(() => whenDrawn(act), 50);
  };
  bridge.tell = (event, detail) => whenDrawn(() => dispatchEvent(new CustomEvent(event, { detail })));

  dispatchEvent(new CustomEvent('pywebviewready'));
})(NAMES);
