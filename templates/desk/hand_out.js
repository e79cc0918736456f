// Printing and handing out: each button is a command, whose files are then here.
export async function handOut() {}
