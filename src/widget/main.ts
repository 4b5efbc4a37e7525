/* The entry of `/widget.js`. */
customElements.define("tributary-chat", class extends HTMLElement {});
