// SPDX-License-Identifier: GPL-2.0-only
/* VTX_RUN and VTX_KICK: arguments, signals, other threads, other processes. */
#include <sched.h>
#include <sys/socket.h>

#include "guest.h"

static volatile __u32 in_guest;

/* Interrupts off, no exits: only the host's own interrupts get it out */
static GUEST void spin(void)
{
	cli();
	in_guest = 1;
	for (;;)
		guest_pause();
}

static GUEST void answer(void)
{
	guest_done_value(42);
}

FIXTURE(run)
{
	struct vt vt;
	struct vt_vcpu *vcpu;
};

FIXTURE_SETUP(run)
{
	in_guest = 0;
	vt_boot(&self->vt, spin);
	self->vcpu = &self->vt.vcpu[0];
}

FIXTURE_TEARDOWN(run)
{
	vt_destroy(&self->vt);
}

/* A thread in VTX_RUN */
struct runner {
	pthread_t thread;
	struct vt_vcpu *vcpu;
	int result;
};

static void *runner_main(void *arg)
{
	struct runner *runner = arg;

	runner->result = vt_run(runner->vcpu);
	return NULL;
}

static void runner_start(struct runner *runner, struct vt_vcpu *vcpu)
{
	int error;

	runner->vcpu = vcpu;
	error = pthread_create(&runner->thread, NULL, runner_main, runner);
	vt_check(!error, "pthread_create: %s", strerror(error));
	vt_wait_for(&in_guest, 1);
}

static int runner_end(struct runner *runner)
{
	pthread_join(runner->thread, NULL);
	return runner->result;
}

static void on_signal(int number)
{
	(void)number;
}

static void catch_signal(int number)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(number, &action, NULL);
}

TEST_F(run, argument_must_be_zero)
{
	static const unsigned long args[] = { 1, 0x1000, 1UL << 32, ~0UL };

	for (unsigned int i = 0; i < ARRAY_SIZE(args); i++) {
		EXPECT_EQ(-EINVAL, vt_ioctl(self->vcpu->fd, VTX_RUN, (void *)args[i]));
		EXPECT_EQ(-EINVAL, vt_ioctl(self->vcpu->fd, VTX_KICK, (void *)args[i]));
	}
	self->vcpu->run->immediate_exit = 1;
	EXPECT_EQ(0, vt_run(self->vcpu));
	/* no kick is pending from the refused ones */
	EXPECT_EQ(VTX_EXIT_INTR, self->vcpu->run->exit_reason);
}

TEST_F(run, kick_before)
{
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(0, vt_ioctl(self->vcpu->fd, VTX_KICK, NULL));
	EXPECT_EQ(VTX_EXIT_KICKED, vt_exit(self->vcpu));
	/* three were as one */
	self->vcpu->run->immediate_exit = 1;
	EXPECT_EQ(VTX_EXIT_INTR, vt_exit(self->vcpu));
}

TEST_F(run, kick_during)
{
	struct runner runner;

	runner_start(&runner, self->vcpu);
	EXPECT_EQ(0, vt_ioctl(self->vcpu->fd, VTX_KICK, NULL));
	EXPECT_EQ(0, runner_end(&runner));
	EXPECT_EQ(VTX_EXIT_KICKED, self->vcpu->run->exit_reason);
}

TEST_F(run, kick_from_another_process)
{
	struct runner runner;
	pid_t child;
	int status;

	runner_start(&runner, self->vcpu);
	child = fork();
	if (!child)
		_exit(-vt_ioctl(self->vcpu->fd, VTX_KICK, NULL));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, runner_end(&runner));
	EXPECT_EQ(VTX_EXIT_KICKED, self->vcpu->run->exit_reason);
}

TEST_F(run, signal_during)
{
	struct runner runner;

	catch_signal(SIGUSR1);
	runner_start(&runner, self->vcpu);
	EXPECT_EQ(0, pthread_kill(runner.thread, SIGUSR1));
	EXPECT_EQ(-EINTR, runner_end(&runner));
	EXPECT_EQ(VTX_EXIT_INTR, self->vcpu->run->exit_reason);
}

TEST_F(run, blocked_signal)
{
	sigset_t set, old;
	struct runner runner;

	catch_signal(SIGUSR1);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	runner_start(&runner, self->vcpu);
	/* the thread has the mask of its maker: the signal must not end VTX_RUN */
	pthread_kill(runner.thread, SIGUSR1);
	usleep(1000);
	EXPECT_EQ(-EBUSY, vt_run(self->vcpu));
	EXPECT_EQ(0, vt_ioctl(self->vcpu->fd, VTX_KICK, NULL));
	EXPECT_EQ(0, runner_end(&runner));
	EXPECT_EQ(VTX_EXIT_KICKED, self->vcpu->run->exit_reason);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

TEST_F(run, two_threads)
{
	struct runner runner;

	runner_start(&runner, self->vcpu);
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(-EBUSY, vt_run(self->vcpu));
	EXPECT_EQ(0, vt_ioctl(self->vcpu->fd, VTX_KICK, NULL));
	EXPECT_EQ(0, runner_end(&runner));
	EXPECT_EQ(VTX_EXIT_KICKED, self->vcpu->run->exit_reason);
}

/* Closed by one thread while another is in it: the call holds its own reference */
TEST_F(run, fds_closed_during)
{
	int vcpu_fd = dup(self->vcpu->fd);
	struct runner runner;

	runner_start(&runner, self->vcpu);
	close(self->vt.fd);
	close(self->vcpu->fd);
	EXPECT_EQ(0, vt_ioctl(vcpu_fd, VTX_KICK, NULL));
	EXPECT_EQ(0, runner_end(&runner));
	EXPECT_EQ(VTX_EXIT_KICKED, self->vcpu->run->exit_reason);
	self->vcpu->fd = vcpu_fd;
	self->vt.fd = -1;
}

TEST_F(run, after_the_vm_fd_is_closed)
{
	close(self->vt.fd);
	self->vt.fd = -1;
	vt_enter64(self->vcpu, answer, 0);
	EXPECT_EQ(42, vt_until_done(self->vcpu));
}

TEST_F(run, closed_fd)
{
	int fd = self->vcpu->fd;

	close(fd);
	EXPECT_EQ(-EBADF, vt_ioctl(fd, VTX_RUN, NULL));
	self->vcpu->fd = -1;
}

/* What a process with another address space gets, one call a bit */
static int calls_from_elsewhere(struct vt *vt)
{
	struct vtx_create_vcpu vcpu = VT_ARG(vtx_create_vcpu, .id = 1);
	void *memory = vt_alloc(VT_PAGE);
	int failed = 0;

	failed |= (vt_ioctl(vt->vcpu[0].fd, VTX_RUN, NULL) != -EIO) << 0;
	failed |= (vt_try_map(vt, 1, VT_RW, VT_FREE, memory, VT_PAGE) != -EIO) << 1;
	failed |= (vt_unmap(vt, 0) != -EIO) << 2;
	failed |= (vt_ioctl(vt->fd, VTX_CREATE_VCPU, &vcpu) != -EIO) << 3;
	/* these are for everyone who holds the fd */
	failed |= (vt_msi(vt, 0xfee00000, 0x30) < 0) << 4;
	failed |= (vt_ioctl(vt->vcpu[0].fd, VTX_KICK, NULL) != 0) << 5;
	return failed;
}

TEST_F(run, from_a_child)
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(calls_from_elsewhere(&self->vt));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(VTX_EXIT_KICKED, vt_exit(self->vcpu));
	/* the parent goes on as before */
	vt_enter64(self->vcpu, answer, 0);
	EXPECT_EQ(42, vt_until_done(self->vcpu));
}

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(2 * sizeof(int))];
};

static void send_fds(int socket, const int *fds)
{
	union control control = { 0 };
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(2 * sizeof(int));
	memcpy(CMSG_DATA(&control.header), fds, 2 * sizeof(int));
	vt_check(sendmsg(socket, &message, 0) == 1, "sendmsg: %s", strerror(errno));
}

static void receive_fds(int socket, int *fds)
{
	union control control = { 0 };
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	vt_check(recvmsg(socket, &message, 0) == 1, "recvmsg: %s", strerror(errno));
	memcpy(fds, CMSG_DATA(&control.header), 2 * sizeof(int));
}

/* A process that had nothing to do with us gets the fds over a socket */
TEST_F(run, fds_over_a_socket)
{
	int sockets[2], status, fds[2];
	pid_t child;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	child = fork();
	if (!child) {
		close(self->vt.fd);
		close(self->vcpu->fd);
		receive_fds(sockets[1], fds);
		self->vt.fd = fds[0];
		self->vcpu->fd = fds[1];
		_exit(calls_from_elsewhere(&self->vt));
	}
	fds[0] = self->vt.fd;
	fds[1] = self->vcpu->fd;
	send_fds(sockets[0], fds);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

/* The process that created the VM is gone, its fds are not: nobody can run it */
TEST_F(run, creator_is_gone)
{
	int sockets[2], status, fds[2], error;
	pid_t child;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	child = fork();
	if (!child) {
		struct vt vt;

		vt_boot(&vt, answer);
		fds[0] = vt.fd;
		fds[1] = vt.vcpu[0].fd;
		send_fds(sockets[1], fds);
		_exit(0);
	}
	receive_fds(sockets[0], fds);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_EQ(0, status);
	error = vt_ioctl(fds[1], VTX_RUN, NULL);
	EXPECT_EQ(-EIO, error);
	close(fds[0]);
	close(fds[1]);
}

TEST_F(run, killed_during)
{
	int status, alive[2];
	char byte;
	pid_t child;

	ASSERT_EQ(0, pipe(alive));
	child = fork();
	if (!child) {
		struct runner runner;
		struct vt vt;

		vt_boot(&vt, spin);
		runner_start(&runner, &vt.vcpu[0]);
		vt_check(write(alive[1], "x", 1) == 1, "pipe: %s", strerror(errno));
		runner_end(&runner);
		_exit(1);
	}
	ASSERT_EQ(1, read(alive[0], &byte, 1));
	kill(child, SIGKILL);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(SIGKILL, WTERMSIG(status));
}

TEST_F(run, wait_for_a_startup_ipi)
{
	struct vt_vcpu *second = vt_add_vcpu(&self->vt, 1);

	second->run->dirty = 0;
	EXPECT_EQ(VTX_EXIT_WAIT_SIPI, vt_exit(second));
	EXPECT_EQ(VTX_EXIT_WAIT_SIPI, vt_exit(second));
	second->events->activity = VTX_ACTIVITY_RUNNING;
	second->run->dirty = VT_GROUP(EVENTS);
	vt_enter64(second, answer, 0);
	EXPECT_EQ(42, vt_until_done(second));
}

VT_MAIN
