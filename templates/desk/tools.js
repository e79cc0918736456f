// The settings of a text in a form, and what can be done with the views.
export async function settings() {}
export function tools() {}
