/* The entry of the demo page's script. */
await customElements.whenDefined("tributary-chat");
